package dev.weft.adminapi;

/** Paths and rules of the operator API: what the command line and the dashboard ask of the control plane. */
public final class OperatorApi {
    /** Port of the API and the page, bound to 127.0.0.1. */
    public static final int PORT = 15030;

    /** What every path of the API starts with. */
    public static final String PREFIX = "/api/v1";

    /** {@link ControlPlaneInfo}. */
    public static final String INFO = PREFIX + "/info";

    /** {@link ProxyList}; {@code /ID} gives one {@link ProxyStatus}, {@code /ID/PATH} asks that proxy's own records. */
    public static final String PROXIES = PREFIX + "/proxies";

    /** {@link DiagnosticList}. */
    public static final String DIAGNOSTICS = PREFIX + "/diagnostics";

    /** {@link ResourceList}; queries {@code kind}, {@code namespace}, {@code name}. */
    public static final String RESOURCES = PREFIX + "/resources";

    /** {@link ServiceList}; query {@code namespace}. */
    public static final String SERVICES = PREFIX + "/services";

    /** {@link WorkloadList}; queries {@code namespace}, {@code service}. */
    public static final String WORKLOADS = PREFIX + "/workloads";

    /** GET {@link TokenList}; POST {@link TokenRequest} gives {@link TokenCreated}; DELETE {@code /ID} revokes. */
    public static final String TOKENS = PREFIX + "/tokens";

    /** {@link Graph}. */
    public static final String GRAPH = PREFIX + "/graph";

    /** {@link VersionWait}; queries {@code version} (absent = the newest) and {@code timeout} in seconds (at most 60). */
    public static final String WAIT = PREFIX + "/wait";

    /** POST: lets a held change of configuration through, {@link Released}. */
    public static final String RELEASE = PREFIX + "/release";

    /** POST {@code {"token": …}}: makes the dashboard's session cookie; DELETE ends it. */
    public static final String SESSION = PREFIX + "/session";

    /** Name of the session cookie (HttpOnly, SameSite=Strict). */
    public static final String SESSION_COOKIE = "weft_session";

    /** File in the state directory that holds the bearer token, mode 0600. */
    public static final String TOKEN_FILE = "operator.token";

    private OperatorApi() {}
}
