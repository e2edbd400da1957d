/** Where the truth comes from: YAML files and the lease registry, as source updates. */
@NullMarked
package dev.weft.sources;

import org.jspecify.annotations.NullMarked;
