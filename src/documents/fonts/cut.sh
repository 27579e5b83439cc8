#!/bin/sh
# Cuts the fonts of the PDF from Debian's fonts-noto-core with HarfBuzz's hb-subset (package libharfbuzz-bin).
# Usage: sh src/documents/fonts/cut.sh [folder of the uncut fonts]
set -eu
from=${1:-/usr/share/fonts/truetype/noto}
to=$(dirname "$0")

# Latin with every extension that languages use, Greek, all of Cyrillic, punctuation, currencies, No., arrows, signs.
european='20-7E,2002-200A,202F,A0-24F,259,2B0-2FF,300-36F,370-3FF,400-52F,1C80-1C88,2DE0-2DFF,A640-A69F,1E00-1EFF,2010-2027,2030-205E'
european="$european,2070-209F,20A0-20C0,2116,2122,2190-2193,2212,2260,2264,2265,FB00-FB06,FFFD"

cut() {
  hb-subset "$from/$1.ttf" --output-file="$to/$1.ttf" --unicodes="$2" --no-hinting --desubroutinize \
    --layout-features='kern,liga,mark,mkmk,ccmp,locl,calt,init,medi,fina,isol,rlig,lnum,pnum'
}

cut NotoSerif-Regular "$european"
cut NotoSerif-Italic "$european"
cut NotoSerifDisplay-Regular "$european"
cut NotoSerifArmenian-Regular 20-7E,A0,530-58F,FB13-FB17
cut NotoSerifGeorgian-Regular 20-7E,A0,10A0-10FF,1C90-1CBF,2D00-2D2F
cut NotoSerifHebrew-Regular 20-7E,A0,590-5FF,20AA,FB1D-FB4F
cut NotoNaskhArabic-Regular 20-7E,A0,600-6FF,750-77F,8A0-8FF,FD3E,FD3F
