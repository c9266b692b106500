package io.lota4j.campaign;

import io.lota4j.campaign.HostileFormat.Syntax;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// Damages valid inputs. What becomes of one depends on the seed and its number alone: every input can be made again.
final class Mutations {
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?([eE][-+]?\\d+)?");
    private static final Pattern TEXT = Pattern.compile("\"[^\"\\\\\n]*+\"");
    private static final Pattern ENTRY =
            Pattern.compile("\"[^\"\\\\\n]*+\" ?: ?(\"[^\"\\\\\n]*+\"|[-\\d.]+|\\[[^\\[\\]]*+\\]|true|false|null)");
    private static final Pattern SIGN = Pattern.compile("[\\[\\]{},:]");
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}_]++|\\s++|.");

    private static final List<String> NUMBERS = List.of(
            "-1",
            "0",
            "1",
            "2",
            "3",
            "255",
            "65536",
            "10000000",
            "2147483647",
            "2147483648",
            "4294967296",
            "1152921504606846976",
            "9223372036854775807",
            "-9223372036854775808",
            "18446744073709551616",
            "99999999999999999999",
            "0.0",
            "-0.0",
            "1e3",
            "1.5",
            "1e-999",
            "1e999",
            "1e999999999",
            "1e-2147483649",
            "9".repeat(500),
            "0." + "1".repeat(900),
            "NaN",
            "Infinity",
            "null",
            "\"1\"",
            "[]",
            "{}",
            "true",
            "");

    private static final List<String> TEXTS = List.of(
            "\"\"",
            "\"F32\"",
            "\"F16\"",
            "\"BF16\"",
            "\"I64\"",
            "\"U8\"",
            "\"F4\"",
            "\"x\"",
            "\"..\"",
            "\"/\"",
            "\".\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"\\u2028é漢🧮\"",
            "\"" + "a".repeat(3000) + "\"",
            "\"(a+)+b\"",
            "\"(\"",
            "\"%s%n\"",
            "null",
            "3",
            "1e99",
            "[]",
            "{}",
            "true");

    private static final List<String> WORDS = List.of(
            "{{",
            "}}",
            "{%",
            "%}",
            "{#",
            "[",
            "]",
            "{",
            "}",
            "(",
            ")",
            "|",
            "*",
            "**",
            "//",
            "%",
            "~",
            "&a",
            "*a",
            "<<",
            ":",
            "- ",
            "? ",
            "!!",
            "!!binary",
            "---",
            "\n",
            "\t",
            "\r",
            "\"",
            "'",
            "\\",
            "\\u0000",
            ",",
            ";",
            "#",
            "@",
            "0",
            "-1",
            "9999999999",
            "1e999999999",
            "1e-9",
            "null",
            "~",
            "true",
            "for",
            "in",
            "if",
            "else",
            "endfor",
            "endif",
            "set",
            "macro",
            "call",
            "filter",
            "loop",
            "range",
            "namespace",
            "messages",
            "tojson",
            "join",
            "replace",
            "format",
            "recursive",
            "<<: *a",
            "\ufeff",
            "\u0000",
            "\u2028",
            "漢",
            "🧮",
            "\ud83e");

    /// What is opened again and again.
    private static final List<String> NESTS = List.of(
            "[",
            "{\"a\":",
            "[[],",
            "(",
            "- ",
            "? ",
            "{a: ",
            "&a [",
            "{{(",
            "{% if a %}",
            "{% for a in b %}",
            "-",
            "not ",
            "a[",
            "a(",
            "a.",
            "a|b(",
            "\"",
            "#",
            "1+",
            "1**",
            "~",
            "{\"type\":\"Sequence\",\"normalizers\":[",
            "{\"text_config\":");

    private static final long[] EXTREMES = {
        0,
        1,
        -1,
        2,
        7,
        8,
        127,
        128,
        255,
        256,
        32767,
        32768,
        65535,
        65536,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        0xFFFF_FFFFL,
        1L << 32,
        1L << 40,
        1L << 60,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };

    private final HostileFormat format;
    private final SplittableRandom random;

    private Mutations(HostileFormat format, SplittableRandom random) {
        this.format = format;
        this.random = random;
    }

    /// A damaged input.
    ///
    /// @param bytes the input
    /// @param seed which of the format's seeds it was made of
    @SuppressWarnings("ArrayRecordComponent") // made, read and forgotten
    record Input(byte[] bytes, int seed) {}

    /// One input of a campaign.
    ///
    /// @param seed of the whole campaign
    /// @param number of the input, from 0
    static Input of(HostileFormat format, long seed, long number) {
        long mixed = seed * 0x9E37_79B9_7F4A_7C15L + format.name().hashCode() * 0x1_0000_0001L + number;
        SplittableRandom random = new SplittableRandom(new SplittableRandom(mixed).nextLong());
        int chosen = random.nextInt(format.seeds().size());
        return new Input(new Mutations(format, random).damaged(format.seeds().get(chosen)), chosen);
    }

    private byte[] damaged(byte[] whole) {
        byte[] input = format.parts().size() == 1
                ? damaged(whole, format.parts().getFirst())
                : damagedPart(HostileFormat.split(whole, format.parts().size()));
        return input.length <= HostileFormat.LONGEST ? input : Arrays.copyOf(input, HostileFormat.LONGEST);
    }

    private byte[] damagedPart(List<byte[]> files) {
        int part = random.nextInt(files.size());
        files.set(part, damaged(files.get(part), format.parts().get(part)));
        return HostileFormat.join(files);
    }

    private byte[] damaged(byte[] whole, Syntax syntax) {
        // What is sealed has to survive damage. Who edits contents and takes out their checksum as well forges.
        int times = 1 + Math.min(random.nextInt(8), random.nextInt(8));
        boolean bytes = random.nextInt(syntax == Syntax.BINARY ? 1 : 4) == 0;
        byte[] input = whole;
        for (int i = 0; i < (format.sealed() && !bytes ? 1 : times); i++) {
            input = bytes ? bytes(input) : structure(input, syntax);
        }
        return input;
    }

    private byte[] structure(byte[] input, Syntax syntax) {
        return switch (syntax) {
            case SAFETENSORS -> safetensors(input);
            case JSON -> utf8(input, this::json);
            case TEXT -> random.nextInt(3) == 0 ? utf8(input, this::json) : utf8(input, this::words);
            case BINARY -> bytes(input);
        };
    }

    private static byte[] utf8(byte[] input, UnaryOperator<String> edit) {
        return edit.apply(new String(input, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
    }

    /// Another header before the same data, or another length of it.
    private byte[] safetensors(byte[] input) {
        ByteBuffer bytes = ByteBuffer.wrap(input.clone()).order(ByteOrder.LITTLE_ENDIAN);
        if (input.length < Long.BYTES || bytes.getLong(0) < 0 || bytes.getLong(0) > input.length - Long.BYTES) {
            return bytes(input);
        }
        int length = (int) bytes.getLong(0);
        if (random.nextInt(8) == 0) {
            return bytes.putLong(0, random.nextBoolean() ? extreme() : length + random.nextInt(-9, 10))
                    .array();
        }
        byte[] header = utf8(Arrays.copyOfRange(input, Long.BYTES, Long.BYTES + length), this::json);
        return ByteBuffer.allocate(input.length - length + header.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .put(input, Long.BYTES + length, input.length - Long.BYTES - length)
                .array();
    }

    private String json(String text) {
        return switch (random.nextInt(14)) {
            case 0, 1, 2 -> replaced(text, NUMBER, one -> NUMBERS.get(random.nextInt(NUMBERS.size())));
            case 3, 4 -> replaced(text, TEXT, one -> TEXTS.get(random.nextInt(TEXTS.size())));
            case 5 -> replaced(text, ENTRY, one -> one + "," + one);
            case 6, 7 ->
                replaced(text, ENTRY, one -> "").replaceAll(",\\s*,", ",").replaceAll("([\\[{])\\s*,", "$1");
            case 8 -> replaced(text, SIGN, one -> "");
            case 9 -> replaced(text, TEXT, one -> any(text, TEXT));
            case 10 -> replaced(text, NUMBER, one -> any(text, NUMBER));
            case 11 -> replaced(text, ENTRY, one -> any(text, ENTRY));
            case 12 -> {
                String open = NESTS.get(random.nextInt(3));
                int depth = 1 + random.nextInt(2) * random.nextInt(3000);
                String close = open.startsWith("{") ? "}" : "]";
                yield replaced(
                        text,
                        random.nextBoolean() ? NUMBER : TEXT,
                        one -> open.repeat(depth) + one + close.repeat(depth));
            }
            default -> replaced(text, TEXT, one -> one.substring(0, 1 + random.nextInt(one.length())) + "\"");
        };
    }

    private String words(String text) {
        List<String> words = new ArrayList<>(
                WORD.matcher(text).results().map(MatchResult::group).toList());
        if (words.isEmpty()) {
            words.add("");
        }
        int at = random.nextInt(words.size());
        int to = Math.min(words.size(), at + 1 + random.nextInt(1 + Math.min(20, words.size())));
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> words.set(at, WORDS.get(random.nextInt(WORDS.size())));
            case 3 -> words.add(at, WORDS.get(random.nextInt(WORDS.size())));
            case 4 -> words.subList(at, to).clear();
            case 5 -> words.addAll(random.nextInt(words.size() + 1), List.copyOf(words.subList(at, to)));
            case 6 -> words.set(at, words.get(random.nextInt(words.size())));
            case 7 -> {
                String span = String.join("", words.subList(at, to));
                words.add(at, span.repeat(1 + random.nextInt(1 + LONG_SPAN / (1 + span.length()))));
            }
            case 8 ->
                words.add(
                        at,
                        NESTS.get(random.nextInt(NESTS.size())).repeat(1 + random.nextInt(2) * random.nextInt(4000)));
            default -> words.addAll(at, any(words));
        }
        return String.join("", words);
    }

    private static final int LONG_SPAN = 20_000;

    /// Some words of another seed.
    private List<String> any(List<String> otherwise) {
        byte[] other = format.seeds().get(random.nextInt(format.seeds().size()));
        List<String> words = format.parts().size() > 1
                ? otherwise
                : WORD.matcher(new String(other, StandardCharsets.UTF_8))
                        .results()
                        .map(MatchResult::group)
                        .toList();
        int from = random.nextInt(Math.max(1, words.size()));
        return List.copyOf(words.subList(from, Math.min(words.size(), from + 1 + random.nextInt(30))));
    }

    private String any(String text, Pattern what) {
        List<MatchResult> found = what.matcher(text).results().toList();
        return found.isEmpty() ? "" : found.get(random.nextInt(found.size())).group();
    }

    private String replaced(String text, Pattern what, UnaryOperator<String> by) {
        List<MatchResult> found = what.matcher(text).results().toList();
        if (found.isEmpty()) {
            return words(text);
        }
        MatchResult one = found.get(random.nextInt(found.size()));
        return text.substring(0, one.start()) + by.apply(one.group()) + text.substring(one.end());
    }

    private long extreme() {
        return EXTREMES[random.nextInt(EXTREMES.length)];
    }

    private byte[] bytes(byte[] input) {
        if (input.length == 0) {
            return new byte[] {(byte) random.nextInt()};
        }
        int at = random.nextInt(input.length);
        int length = 1 + random.nextInt(Math.min(input.length - at, 1 << random.nextInt(12)));
        byte[] span = Arrays.copyOfRange(input, at, at + length);
        byte[] other = input.clone();
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> other[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
            case 3 -> other[at] = (byte) random.nextInt();
            case 4 -> other[at] = (byte) extreme();
            case 5, 6 -> number(other, at);
            case 7 -> other = Arrays.copyOf(input, at);
            case 8 -> other = without(input, at, length);
            case 9 -> other = with(input, random.nextInt(input.length + 1), span);
            case 10 -> System.arraycopy(span, 0, other, random.nextInt(input.length - length + 1), length);
            default -> {
                random.nextBytes(span);
                other = random.nextBoolean() ? with(input, at, span) : replaced(other, at, span);
            }
        }
        return other;
    }

    private void number(byte[] bytes, int at) {
        ByteBuffer buffer =
                ByteBuffer.wrap(bytes).order(random.nextInt(4) == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        int width = Math.min(1 << random.nextInt(4), Integer.highestOneBit(bytes.length - at));
        switch (width) {
            case 1 -> buffer.put(at, (byte) extreme());
            case 2 -> buffer.putShort(at, (short) extreme());
            case 4 -> buffer.putInt(at, (int) extreme());
            default -> buffer.putLong(at, extreme());
        }
    }

    private static byte[] replaced(byte[] bytes, int at, byte[] span) {
        System.arraycopy(span, 0, bytes, at, span.length);
        return bytes;
    }

    private static byte[] without(byte[] bytes, int at, int length) {
        byte[] shorter = Arrays.copyOf(bytes, bytes.length - length);
        System.arraycopy(bytes, at + length, shorter, at, bytes.length - at - length);
        return shorter;
    }

    private static byte[] with(byte[] bytes, int at, byte[] span) {
        return ByteBuffer.allocate(bytes.length + span.length)
                .put(bytes, 0, at)
                .put(span)
                .put(bytes, at, bytes.length - at)
                .array();
    }
}
