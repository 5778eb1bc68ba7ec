"""Recipes, augmentation, runs and export. The only place, with the zoo, that imports Keras."""
