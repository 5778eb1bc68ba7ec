"""Titles and descriptions of the recipes that the page offers, which their files have in English.

A recipe whose words are not here is shown as its file has it.
"""

from typing import Final

from fer_core.text import mark

SAID: Final = (
    mark("Published system 3"),
    mark("Published system 3: five classes at 32x32, 8:1:1, Adam 0.01, 11 epochs."),
    mark("dlib's face network"),
    mark(
        "dlib's face recognition network under heads for expressions, from scratch or from its "
        "weights by the command line: a teacher."
    ),
    mark("dlib's face network, larger images"),
    mark("The face network on larger images and a longer schedule: a second teacher of its kind."),
    mark("dlib's face network, smaller images"),
    mark(
        "The face network without its last block, on smaller images: a third teacher of its kind."
    ),
    mark("Published system 2"),
    mark("Published system 2: Conv2D, MaxPooling2D, Dropout, Dense; 20 epochs, Adam, batch 64."),
    mark("Published system 2, wider"),
    mark("As fer2013_cnn with a dense layer of 1024, the tutorials' width: how far it overfits."),
    mark("Mien's first network"),
    mark(
        "A good one to begin with: four stages of two 3x3 convolutions, both label sets, mild "
        "augmentation."
    ),
    mark("Published system 1"),
    mark("Published system 1: LeNet on faces cut by Haar from participants' videos."),
    mark("The field's usual network"),
    mark("The field's usual small network, as a yardstick."),
    mark("MobileNetV2"),
    mark("MobileNetV2, from scratch or from weights by the command line."),
    mark("ResNet-50"),
    mark("ResNet-50, from scratch or from weights by the command line."),
    mark("Residual network with squeeze-and-excitation"),
    mark("Residual stages with squeeze-and-excitation from scratch on a long schedule: a teacher."),
    mark("VGG19"),
    mark("A network of VGG19's shape from scratch on a long schedule: a teacher."),
)
