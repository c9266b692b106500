package io.lota4j.internal.merge.method;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.merge.Compat;

/// What is said of a reading that a method does not have.
final class Readings {
    private Readings() {}

    /// @throws LotaException when the reading is PEFT's
    static void refusePeft(String method, Compat compat) {
        if (compat == Compat.PEFT) {
            throw missing(method, compat, "PEFT has no such method");
        }
    }

    /// @param why a clause without a full stop
    static LotaException missing(String method, Compat compat, String why) {
        return new LotaException(Text.format("There is no '%s' with compat '%s': %s.", method, compat.word(), why));
    }
}
