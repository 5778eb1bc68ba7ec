"""The Classroom page: the educator's room, the student's own view, one camera before a class."""
