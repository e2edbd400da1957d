package dev.weft.proxycore;

/** What a connection manager makes of a request before the first filter sees it. */
enum Admission {
    /** It goes its way. */
    SERVED,
    /** It goes its way, and its connection becomes a tunnel if the upstream agrees. */
    UPGRADED,
    /** There is too much to do already. */
    SHED,
    /** It wants to speak another protocol and may not. */
    UPGRADE_REFUSED,
    /** It wants a tunnel to somewhere, which nobody offers. */
    CONNECT_REFUSED,
    /** One of its headers has a name with an underscore. */
    NAME_REFUSED,
    /** Its path cannot be brought into the form that was asked for. */
    PATH_REFUSED,
    /** Its path held escaped slashes: the client shall come back with what is now its target. */
    PATH_REDIRECTED
}
