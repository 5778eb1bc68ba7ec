"""How good a model is: metrics, calibration, comparison, robustness, report."""
