package io.lota4j.internal.yaml;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.parser.Parser;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/// Turns the composer's nodes, which are one object wherever an alias stands for it, into values.
final class YamlReader {
    /// Aliases of aliases grow a small file exponentially; no real one comes near.
    private static final int MOST_VALUES = 1_000_000;

    private static final String MERGE = "<<";
    private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");
    private final Path file;
    private final Map<Node, String> owners = new IdentityHashMap<>();
    private final Set<String> lending = new HashSet<>();
    private final Set<Node> open = Collections.newSetFromMap(new IdentityHashMap<>());
    private @Nullable String topKey;
    private int values;

    YamlReader(Path file) {
        this.file = file;
    }

    Yaml.Document document(String text) {
        // Of what it reads a buffer at a time the library fails at a character of two units on the edge of a buffer.
        LoadSettings settings = LoadSettings.builder()
                .setMaxAliasesForCollections(MOST_VALUES)
                .setBufferSize(text.length() + 1)
                .build();
        try {
            Parser events = new ParserImpl(settings, new StreamReader(settings, text));
            Iterator<Node> documents = new Composer(settings, new ShallowEvents(events));
            if (!documents.hasNext()) {
                throw new LotaException(Text.format("%s: is empty", file));
            }
            Node root = documents.next();
            Yaml value = root instanceof MappingNode mapping ? top(mapping) : value(root, line(root));
            if (documents.hasNext()) {
                throw problem(line(documents.next()), "holds a second document; expected one");
            }
            return new Yaml.Document(value, Set.copyOf(lending));
        } catch (ShallowEvents.TooDeep e) {
            throw new LotaException(Text.format("%s, line %d: %s", file, e.line(), e.getMessage()), e);
        } catch (MarkedYamlEngineException e) {
            String what = Text.format("%s %s", e.getContext() == null ? "" : e.getContext(), e.getProblem())
                    .strip();
            throw new LotaException(
                    Text.format(
                            "%s, line %d: not YAML: %s",
                            file, e.getProblemMark().map(Mark::getLine).orElse(0) + 1, what),
                    e);
        } catch (YamlEngineException e) {
            throw new LotaException(Text.format("%s: not YAML: %s", file, e.getMessage()), e);
        }
    }

    private Yaml top(MappingNode root) {
        SequencedMap<String, Yaml> entries = new LinkedHashMap<>();
        for (NodeTuple tuple : root.getValue()) {
            topKey = key(tuple);
            put(entries, tuple);
        }
        addMerged(entries, root);
        return new Yaml.Mapping(entries, line(root));
    }

    private Yaml value(Node node, int line) {
        if (++values > MOST_VALUES) {
            throw problem(line, Text.format("its aliases stand for more than %,d values", MOST_VALUES));
        }
        if (!open.add(node)) {
            throw problem(line, Text.format("an alias (*%s) stands inside its own anchor", name(node)));
        }
        String owner = owners.putIfAbsent(node, String.valueOf(topKey));
        if (owner != null && !owner.equals(topKey)) {
            lending.add(owner);
        }
        Yaml value = switch (node) {
            case ScalarNode scalar -> scalar(scalar, line);
            case SequenceNode sequence -> items(sequence, line);
            case MappingNode mapping -> mapping(mapping, line);
            default -> throw new IllegalStateException("no YAML value: " + node);
        };
        open.remove(node);
        return value;
    }

    private static Yaml scalar(ScalarNode node, int line) {
        return node.isPlain() && NULLS.contains(node.getValue())
                ? new Yaml.Nothing(line)
                : new Yaml.Text(node.getValue(), line);
    }

    private Yaml items(SequenceNode node, int line) {
        List<Yaml> items = new ArrayList<>();
        for (Node item : node.getValue()) {
            items.add(value(item, line(item)));
        }
        return new Yaml.Items(items, line);
    }

    private Yaml.Mapping mapping(MappingNode node, int line) {
        SequencedMap<String, Yaml> entries = new LinkedHashMap<>();
        for (NodeTuple tuple : node.getValue()) {
            put(entries, tuple);
        }
        addMerged(entries, node);
        return new Yaml.Mapping(entries, line);
    }

    private void put(SequencedMap<String, Yaml> entries, NodeTuple tuple) {
        String key = key(tuple);
        if (isMerge(tuple)) {
            return;
        }
        int line = line(tuple.getKeyNode());
        if (entries.containsKey(key)) {
            throw problem(
                    line,
                    Text.format(
                            "key '%s' is there twice, first on line %d",
                            key, entries.get(key).line()));
        }
        // A message about a value should name the line of its key: a missing value has none of its own.
        entries.put(key, value(tuple.getValueNode(), line));
    }

    /// What `<<` names stands behind the mapping's own keys, and of several mappings the first wins.
    private void addMerged(SequencedMap<String, Yaml> entries, MappingNode node) {
        for (NodeTuple tuple : node.getValue()) {
            if (!isMerge(tuple)) {
                continue;
            }
            Node merged = tuple.getValueNode();
            List<Node> sources = merged instanceof SequenceNode list ? list.getValue() : List.of(merged);
            for (Node source : sources) {
                if (!(value(source, line(tuple.getKeyNode())) instanceof Yaml.Mapping mapping)) {
                    throw problem(line(tuple.getKeyNode()), "'<<' merges mappings, found another value");
                }
                mapping.entries().forEach(entries::putIfAbsent);
            }
        }
    }

    private static boolean isMerge(NodeTuple tuple) {
        return tuple.getKeyNode() instanceof ScalarNode key
                && key.isPlain()
                && key.getValue().equals(MERGE);
    }

    private String key(NodeTuple tuple) {
        if (tuple.getKeyNode() instanceof ScalarNode key) {
            return key.getValue();
        }
        throw problem(line(tuple.getKeyNode()), "a key must be a text");
    }

    private static String name(Node node) {
        return node.getAnchor().map(Object::toString).orElse("");
    }

    private static int line(Node node) {
        return node.getStartMark().map(Mark::getLine).orElse(0) + 1;
    }

    private LotaException problem(int line, String what) {
        return new LotaException(Text.format("%s, line %d: %s", file, line, what));
    }
}
