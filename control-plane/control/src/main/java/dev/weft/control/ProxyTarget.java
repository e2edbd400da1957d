package dev.weft.control;

import dev.weft.base.Address;
import dev.weft.base.SpiffeId;

/**
 * A proxy that can be asked.
 *
 * @param id {@code NAME.NAMESPACE}
 * @param service {@code name.namespace} of the service it serves
 * @param admin where its records are
 * @param identity who must answer there
 */
record ProxyTarget(String id, String service, Address admin, SpiffeId identity) {}
