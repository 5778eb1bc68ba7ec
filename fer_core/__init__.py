"""Mien: facial expression recognition, live in a browser, on files and from the command line.

The floors of the house. A room imports from the lines below its own and from no other: neither
upwards nor from a room beside it. ``tests/test_house.py`` reads this picture and every import::

    cli
    app
    retention
    studio
    runs
    training   reactions
    analysis   evaluation   classroom
    pipeline   streaming   datasets   access
    detection   landmarks   classification   video   storage   hosting
    imaging   tracking   temporal   wellbeing   zoo
    files   scratch   processes
    locks   types   mediapipe   text   config
    errors   labels

Streamlit is known to ``app`` alone; Keras and TensorFlow to ``training`` and ``zoo`` alone, so
that serving never loads them.
"""

__version__ = "0.1.0"
