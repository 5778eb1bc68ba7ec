"""The Data set page: record faces, look them over, train on them, use the result live."""
