/** The JSON records of the admin, status and operator endpoints, shared by proxy, control plane, CLI and dashboard. */
@NullMarked
package dev.weft.adminapi;

import org.jspecify.annotations.NullMarked;
