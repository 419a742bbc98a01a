// zlib, and the one macro of it that Swift cannot call.

#ifndef BERTH_CZLIB_SHIM_H
#define BERTH_CZLIB_SHIM_H

#include <zlib.h>

/// Begins a stream in gzip's format at zlib's usual level.
static inline int berth_deflate_gzip(z_stream *stream) {
    return deflateInit2(stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}

#endif
