"""A visitor's camera on a page: asking for it, connecting, the video, its figures, its results."""
