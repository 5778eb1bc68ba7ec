"""The pages' languages: texts from one catalogue each; numbers and dates as they write them."""
