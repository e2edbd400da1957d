/** One compact table of the xDS messages we support, generated at build from the .proto files; no class per message. */
@NullMarked
package dev.weft.xdsschema;

import org.jspecify.annotations.NullMarked;
