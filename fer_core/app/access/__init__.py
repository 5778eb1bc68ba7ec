"""Who is before a page: rights, cookies, and the owner's page of links."""
