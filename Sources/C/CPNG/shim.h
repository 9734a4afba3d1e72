#include <stdio.h>
#include <string.h>
#include <png.h>
#include <zlib.h>
