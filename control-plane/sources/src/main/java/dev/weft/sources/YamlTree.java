package dev.weft.sources;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.ParserException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.parser.Parser;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Text of one document → its YAML nodes. Pure. */
final class YamlTree {
    // the deepest field Weft reads is nested 9 deep; the composer takes stack for each level
    private static final int MOST_DEPTH = 64;

    private static final int MOST_CHARACTERS = 16 << 20;
    // the reader copies the line it is in once per buffer: at the engine's 1 KiB, 50 GB for a comment of 5 MB;
    // clearing 2 MB for every document would take a large mesh long to start
    private static final int SHORT = 64 << 10;
    private static final LoadSettings OF_SHORT = settings(1 << 10);
    private static final LoadSettings OF_LONG = settings(1 << 20);

    private YamlTree() {}

    /**
     * The root, or nothing when the text has no content.
     *
     * @throws YamlEngineException if it is no YAML, too long or nested too deeply
     */
    static Optional<Node> compose(String text) {
        if (text.length() > MOST_CHARACTERS) {
            throw new YamlEngineException("is longer than " + (MOST_CHARACTERS >> 20) + " Mi characters");
        }
        LoadSettings settings = text.length() <= SHORT ? OF_SHORT : OF_LONG;
        Parser parser = new ParserImpl(settings, new StreamReader(settings, text));
        return new Composer(settings, new BoundedParser(parser)).getSingleNode();
    }

    private static LoadSettings settings(int buffer) {
        return LoadSettings.builder()
                .setSchema(new CoreSchema())
                .setAllowDuplicateKeys(true) // found by FieldReader, which can name both
                .setMaxAliasesForCollections(50) // against "billion laughs"
                .setCodePointLimit(MOST_CHARACTERS)
                .setBufferSize(buffer)
                .build();
    }

    /** Ends what would end the stack, or never end, in the composer: collections too deep, and those that hold themselves. */
    private static final class BoundedParser implements Parser {
        private final Parser parser;
        private final List<@Nullable Anchor> open = new ArrayList<>(); // of the collections around the next event

        BoundedParser(Parser parser) {
            this.parser = parser;
        }

        @Override
        public Event next() {
            Event event = parser.next();
            if (event instanceof CollectionStartEvent start) {
                if (open.size() == MOST_DEPTH) {
                    throw refused(event, "is nested more than " + MOST_DEPTH + " levels deep");
                }
                open.add(start.getAnchor().orElse(null));
            } else if (event instanceof CollectionEndEvent) {
                open.removeLast();
            } else if (event instanceof AliasEvent alias && open.contains(alias.getAlias())) {
                throw refused(event, "'*" + alias.getAlias() + "' stands for what it is itself part of");
            }
            return event;
        }

        private static ParserException refused(Event event, String problem) {
            return new ParserException(problem, event.getStartMark());
        }

        @Override
        public boolean hasNext() {
            return parser.hasNext();
        }

        @Override
        public Event peekEvent() {
            return parser.peekEvent();
        }

        @Override
        public boolean checkEvent(Event.ID choice) {
            return parser.checkEvent(choice);
        }
    }
}
