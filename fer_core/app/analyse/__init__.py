"""The Analyse page: files in, results to look at and to take along."""
