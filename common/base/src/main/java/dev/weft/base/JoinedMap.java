package dev.weft.base;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Two maps without a common key, seen as one: what many share, and what is somebody's own beside it. A view that cannot be
 * changed; neither map may change under it.
 */
public final class JoinedMap<V> extends AbstractMap<String, V> {
    private final Map<String, V> shared;
    private final Map<String, V> own;

    public JoinedMap(Map<String, V> shared, Map<String, V> own) {
        this.shared = shared;
        this.own = own;
    }

    /** The first map. */
    public Map<String, V> shared() {
        return shared;
    }

    /** The second map. */
    public Map<String, V> own() {
        return own;
    }

    @Override
    public int size() {
        return shared.size() + own.size();
    }

    @Override
    public boolean containsKey(Object key) {
        return own.containsKey(key) || shared.containsKey(key);
    }

    @Override
    public @Nullable V get(Object key) {
        V found = own.get(key);
        return found != null ? found : shared.get(key);
    }

    @Override
    public Set<Map.Entry<String, V>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public int size() {
                return JoinedMap.this.size();
            }

            @Override
            public Iterator<Map.Entry<String, V>> iterator() {
                return new Entries<>(
                        shared.entrySet().iterator(), own.entrySet().iterator());
            }
        };
    }

    private static final class Entries<V> implements Iterator<Map.Entry<String, V>> {
        private final Iterator<Map.Entry<String, V>> first;
        private final Iterator<Map.Entry<String, V>> second;

        Entries(Iterator<Map.Entry<String, V>> first, Iterator<Map.Entry<String, V>> second) {
            this.first = first;
            this.second = second;
        }

        @Override
        public boolean hasNext() {
            return first.hasNext() || second.hasNext();
        }

        @Override
        public Map.Entry<String, V> next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return first.hasNext() ? first.next() : second.next();
        }
    }
}
