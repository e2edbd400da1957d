package dev.weft.xdsmodel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Cidr;
import dev.weft.xdsmodel.HttpConnectionManager.Forwarding;
import dev.weft.xdsmodel.HttpConnectionManager.RequestIds;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a connection manager says of clients and of what is passed on of them. */
class ForwardingTest {
    private static String listener(String fields) {
        return """
            {"name": "l", "address": {"socket_address": {"address": "0.0.0.0", "port_value": 80}},
             "filter_chains": [{"filters": [{"name": "hcm", "typed_config": {
               "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
               "stat_prefix": "x", "rds": {"route_config_name": "80", "config_source": {"ads": {}}}, FIELDS
               "http_filters": [{"name": "router", "typed_config": {
                 "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}]}}]}]}
            """.replace("FIELDS", fields);
    }

    private static HttpConnectionManager manager(String fields) {
        Parsed.Ok<Listener> parsed = (Parsed.Ok<Listener>) XdsReader.listenerJson(listener(fields));
        assertThat(parsed.warnings()).isEmpty();
        return (HttpConnectionManager)
                parsed.value().filterChains().get(0).filters().get(0);
    }

    @Test
    void withoutAnyFieldNobodyIsBelievedAndNothingSaid() {
        assertThat(manager("").forwarding()).isEqualTo(Forwarding.DEFAULT);
        assertThat(manager("").requestIds()).isEqualTo(RequestIds.DEFAULT);
    }

    @Test
    void eachFieldIsRead() {
        Forwarding forwarding = manager("\"use_remote_address\": true, \"xff_num_trusted_hops\": 2, \"via\": \"1.1 w\","
                        + " \"skip_xff_append\": true, \"append_x_forwarded_port\": true,"
                        + " \"forward_client_cert_details\": \"APPEND_FORWARD\","
                        + " \"set_current_client_cert_details\": {\"subject\": true, \"chain\": true},")
                .forwarding();
        assertThat(forwarding)
                .isEqualTo(new Forwarding(
                        true,
                        2,
                        true,
                        List.of(),
                        true,
                        "1.1 w",
                        HttpConnectionManager.ForwardClientCertDetails.APPEND_FORWARD,
                        new HttpConnectionManager.SetClientCertDetails(true, false, true, false, false)));
        assertThat(manager("\"generate_request_id\": false, \"preserve_external_request_id\": true,"
                                + " \"always_set_request_id_in_response\": true, \"request_id_extension\":"
                                + " {\"typed_config\": {\"@type\": \"type.googleapis.com/"
                                + "envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig\","
                                + " \"pack_trace_reason\": false}},")
                        .requestIds())
                .isEqualTo(new RequestIds(false, true, true, false));
    }

    /** Envoy since 1.33: nobody is internal unless it is said who; said without ranges, private addresses are. */
    @Test
    void internalAddressesAreTheRangesOrPrivateOnes() {
        assertThat(manager("\"internal_address_config\": {\"cidr_ranges\": [{\"address_prefix\": \"10.1.2.3\","
                                + " \"prefix_len\": 16}]},")
                        .forwarding()
                        .internalAddresses())
                .containsExactly(Cidr.parse("10.1.0.0/16"));
        assertThat(manager("\"internal_address_config\": {\"unix_sockets\": true},")
                        .forwarding()
                        .internalAddresses())
                .extracting(Cidr::toString)
                .containsExactly(
                        "10.0.0.0/8",
                        "172.16.0.0/12",
                        "192.168.0.0/16",
                        "127.0.0.1/32",
                        "fd00:0:0:0:0:0:0:0/8",
                        "0:0:0:0:0:0:0:1/128");
    }
}
