"""The Wellbeing page: check-ins, one's own history, and aggregates of teams."""
