package io.lota4j.memory;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a model computes on, chosen once: the host's processor, or an NVIDIA card.
///
/// @param kind which of the two
/// @param number of the card, from 0; 0 for the host
public record Device(Kind kind, int number) {
    /// The host.
    public static final Device CPU = new Device(Kind.CPU, 0);

    /// How a device is written.
    public static final String SYNTAX = "cpu, cuda (the first card) or cuda:N (card N, from 0)";

    private static final Pattern CARD = Pattern.compile("cuda(?::(\\d{1,3}))?");

    /// Bounds what activations take on the host, whatever the batch.
    private static final int HOST_CHUNK = 256;
    /// A card needs many tokens at once to be busy. By arithmetic, not measured.
    private static final int CARD_CHUNK = 4096;

    /// What kinds of device there are.
    public enum Kind {
        /// The host's processor and memory.
        CPU,
        /// A card with memory of its own, which no Java code can read or write.
        CUDA
    }

    /// @throws IllegalArgumentException if the number is under 0, or the host has another than 0
    public Device {
        if (number < 0 || (kind == Kind.CPU && number != 0)) {
            throw new IllegalArgumentException("no device " + kind + " " + number);
        }
    }

    /// A card.
    ///
    /// @param number from 0
    public static Device cuda(int number) {
        return new Device(Kind.CUDA, number);
    }

    /// Reads what [#toString] writes, and `cuda` for the first card.
    ///
    /// @throws LotaException if it is anything else
    public static Device of(String text) {
        if (text.equals("cpu")) {
            return CPU;
        }
        Matcher card = CARD.matcher(text);
        if (!card.matches()) {
            throw new LotaException(Text.format("A device is %s, found \"%s\".", SYNTAX, text));
        }
        return cuda(card.group(1) == null ? 0 : Integer.parseInt(card.group(1)));
    }

    /// Whether its memory is the host's.
    public boolean isHost() {
        return kind == Kind.CPU;
    }

    /// How many tokens go through the layers at once.
    public int chunk() {
        return isHost() ? HOST_CHUNK : CARD_CHUNK;
    }

    /// `cpu`, or `cuda:` and the number.
    @Override
    public String toString() {
        return isHost() ? "cpu" : "cuda:" + number;
    }
}
