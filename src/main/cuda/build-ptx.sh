#!/usr/bin/env bash
# Compiles the kernels to PTX and writes the text and the digest of what it was made from:
#
#   src/main/cuda/build-ptx.sh [folder]     default: src/main/resources/io/lota4j/internal/kernel/cuda
#
# Needs nvcc 12 or newer on the PATH. Commit what it writes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
folder=${1:-../resources/io/lota4j/internal/kernel/cuda}
mkdir -p "$folder"

flags=(--ptx -arch=compute_75 -O3 --fmad=false --prec-div=true --prec-sqrt=true --ftz=false)

# nvcc names the newest PTX version it knows, which older drivers refuse. Nothing here is newer than 7.5 (CUDA 11.5);
# a unit test assembles the text under that version for several cards.
nvcc "${flags[@]}" -o "$folder/kernels.ptx.new" kernels.cu
sed -i 's/^\.version .*/.version 7.5/' "$folder/kernels.ptx.new"
mv "$folder/kernels.ptx.new" "$folder/kernels.ptx"

# The digest is over all sources and this script, flags and all, in the order of their names.
LC_ALL=C sha256sum -- *.cu *.cuh build-ptx.sh >"$folder/kernels.sha256"
