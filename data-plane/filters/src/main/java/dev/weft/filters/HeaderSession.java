package dev.weft.filters;

import dev.weft.base.Address;
import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.RequestHead;
import dev.weft.xdsmodel.StatefulSession;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** A session in a header: the address in Base64. Responses say it only when it changes (as Envoy). */
final class HeaderSession implements SessionState {
    private final byte[] name;

    HeaderSession(StatefulSession.State.Header state) {
        name = Ascii.bytes(state.name());
    }

    @Override
    public boolean covers(RequestHead head) {
        return true;
    }

    @Override
    public @Nullable String read(HeaderBlock request) {
        int i = request.find(name, 0);
        if (i < 0) {
            return null;
        }
        byte[] text = SessionState.decode(request.bytes(), request.valueStart(i), request.valueEnd(i));
        return text.length == 0 ? null : Ascii.text(text, 0, text.length);
    }

    @Override
    public void write(HeaderBlock response, Address endpoint) {
        for (int i = response.find(name, 0); i >= 0; i = response.find(name, i + 1)) {
            response.removeAt(i);
        }
        response.add(name, Base64.getEncoder().encode(Ascii.bytes(endpoint.toString())));
    }
}
