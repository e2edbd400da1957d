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

    // duplicates are found by FieldReader, which can name both; aliases are bounded against "billion laughs"
    private static final LoadSettings SETTINGS = LoadSettings.builder()
            .setAllowDuplicateKeys(true)
            .setSchema(new CoreSchema())
            .setCodePointLimit(16 << 20)
            .setMaxAliasesForCollections(50)
            .build();

    private YamlTree() {}

    /**
     * The root, or nothing when the text has no content.
     *
     * @throws YamlEngineException if it is no YAML, or nested too deeply
     */
    static Optional<Node> compose(String text) {
        Parser parser = new ParserImpl(SETTINGS, new StreamReader(SETTINGS, text));
        return new Composer(SETTINGS, new BoundedParser(parser)).getSingleNode();
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
