package dev.weft.bench;

/** A figure of the report, with its name in JSON, its heading in the table and how it is written. */
enum Measure {
    CPU_PER_REQUEST("cpuMicrosPerRequest", "CPU us/req", Form.SPREAD),
    READY("readyMillis", "ready ms", Form.SPREAD),
    CPU_MILLIS("cpuMillis", "CPU ms", Form.SPREAD),
    CPU_SECONDS("cpuSeconds", "CPU s", Form.SPREAD),
    RSS_PER_CONNECTION("rssKiBPerConnection", "KiB/conn", Form.SPREAD),
    REQUESTS_PER_SECOND("requestsPerSecond", "req/s", Form.WHOLE),
    P50("p50Micros", "p50 us", Form.WHOLE),
    P99("p99Micros", "p99 us", Form.WHOLE),
    /** Of all connections, those that resumed a TLS session: 0 where a proxy resumes none. */
    RESUMED("resumedShare", "resumed", Form.DECIMAL),
    RSS("rssMiB", "RSS MiB", Form.DECIMAL);

    /** How the repetitions are told. */
    enum Form {
        /** Median, least and most. */
        SPREAD,
        /** The median, rounded. */
        WHOLE,
        /** The median with two digits. */
        DECIMAL
    }

    final String jsonName;
    final String heading;
    final Form form;

    Measure(String jsonName, String heading, Form form) {
        this.jsonName = jsonName;
        this.heading = heading;
        this.form = form;
    }

    Object json(Spread spread) {
        return switch (form) {
            case SPREAD -> spread.json();
            case WHOLE -> Math.round(spread.median());
            case DECIMAL -> Spread.round(spread.median());
        };
    }
}
