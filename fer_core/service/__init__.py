"""The HTTP API for programs: ``/api/v1``, mounted beside the pages.

``routes`` is the door, ``callers`` who may pass it and how often, ``uploads`` what they send,
``predictor`` and ``worker`` the processes that decode pictures, ``jobs`` the analyses of videos.
"""
