"""A class as a whole: measures, groups of at least k people, lessons, rooms at work."""
