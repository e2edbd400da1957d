package dev.weft.sources;

import dev.weft.base.Cidr;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.Workload;
import dev.weft.meshmodel.Workload.Port;
import dev.weft.meshmodel.Workload.Tls;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** {@code weft.dev/v1 Workload}. */
final class WorkloadReader {
    private static final Map<String, Tls> TLS = Map.of("mutual", Tls.MUTUAL, "plaintext", Tls.PLAINTEXT);

    private WorkloadReader() {}

    static Workload read(ResourceKey key, Map<String, String> labels, FieldReader spec) {
        String address = spec.requiredString("address");
        if (!address.isEmpty() && Cidr.literal(address) == null) {
            spec.findings()
                    .error(
                            "bad-value",
                            spec.at("address"),
                            "is not an IP address: '" + address + "'",
                            "names are not looked up; write the address");
        }
        List<Port> ports = new ArrayList<>();
        Set<Integer> numbers = new HashSet<>();
        Set<String> names = new HashSet<>();
        for (FieldReader item : spec.objects("ports")) {
            int number = item.requiredInteger("port", 1, 65_535);
            Integer inbound = item.integer("inboundPort", 1, 65_535);
            String name = Objects.requireNonNullElse(item.string("name"), "");
            if (item.has("port") && !numbers.add(number)) {
                item.findings().error("port-clash", item.at("port"), "port " + number + " is there twice", "");
            }
            if (!name.isEmpty() && !names.add(name)) {
                item.findings().error("port-clash", item.at("name"), "the name '" + name + "' is there twice", "");
            }
            ports.add(new Port(name, number, inbound == null ? number : inbound));
        }
        String account = spec.string("serviceAccount");
        if (account != null && !Names.isSubdomain(account)) {
            spec.findings()
                    .error("bad-name", spec.at("serviceAccount"), "is not a valid name: '" + account + "'", Names.RULE);
        }
        Integer weight = spec.integer("weight", 1, 128); // Envoy balances up to 128 well
        return new Workload(
                key,
                address,
                ports,
                labels,
                spec.string("service"),
                account == null ? "default" : account,
                null,
                weight == null ? 1 : weight,
                Objects.requireNonNullElse(spec.string("locality"), ""),
                Objects.requireNonNullElse(spec.choice("tls", TLS), Tls.MUTUAL),
                Workload.Source.FILE,
                true);
    }
}
