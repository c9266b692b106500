package io.lota4j.internal.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;

/// SentencePiece's precompiled normalization: a length, a double-array trie of so many bytes, and texts that its leaves
/// lead to, each with a zero behind it.
final class Charsmap {
    private static final int BYTES = 256;

    private Charsmap() {}

    /// Whether nothing in it leads out of it, whatever text it normalizes.
    static boolean isWhole(byte[] charsmap) {
        ByteBuffer bytes = ByteBuffer.wrap(charsmap).order(ByteOrder.LITTLE_ENDIAN);
        if (charsmap.length < Integer.BYTES) {
            return false;
        }
        int length = bytes.getInt();
        if (length <= 0 || length % Integer.BYTES != 0 || length > bytes.remaining()) {
            return false;
        }
        IntBuffer trie = bytes.slice(bytes.position(), length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asIntBuffer();
        byte[] texts = new byte[bytes.remaining() - length];
        bytes.get(bytes.position() + length, texts);
        return isText(texts) && isWhole(trie, texts);
    }

    private static boolean isText(byte[] texts) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(texts));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static boolean isWhole(IntBuffer trie, byte[] texts) {
        BitSet seen = new BitSet(trie.capacity());
        Deque<Integer> open = new ArrayDeque<>();
        open.push(offset(trie.get(0)));
        while (!open.isEmpty()) {
            int node = open.pop();
            // Any byte may be looked for here.
            if ((node | (BYTES - 1)) >= trie.capacity()) {
                return false;
            }
            for (int next = 1; next < BYTES; next++) {
                int place = node ^ next;
                int unit = trie.get(place);
                if ((unit & 0x8000_00FF) != next) {
                    continue;
                }
                int child = place ^ offset(unit);
                if (child >= trie.capacity()
                        || (hasLeaf(unit) && !isStart(trie.get(child) & Integer.MAX_VALUE, texts))) {
                    return false;
                }
                if (!seen.get(child)) {
                    seen.set(child);
                    open.push(child);
                }
            }
        }
        return true;
    }

    private static boolean hasLeaf(int unit) {
        return (unit >>> 8 & 1) == 1;
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >>> 6);
    }

    /// Whether a text may begin there: in the texts, and not within a character.
    private static boolean isStart(int place, byte[] texts) {
        return place < texts.length && (texts[place] & 0xC0) != 0x80;
    }
}
