package io.lota4j.internal.ticket;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.internal.mask.IndexSets;
import io.lota4j.internal.mask.TensorValues;
import io.lota4j.internal.mask.TopK;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.mask.Scope;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketInfo;
import io.lota4j.ticket.TicketTensor;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/// The difference of two checkpoints over a pool, as a ticket.
public final class Extraction implements TensorValues {
    /// The scope's word when every weight that differs is in the ticket.
    private static final String CHANGED = "changed";

    private final Checkpoint base;
    private final Checkpoint tuned;
    private final Pool pool;
    private final SequencedMap<String, Shape> shapes;
    private final Others others;
    private String compared = "";
    private @Nullable Differences differences;

    public Extraction(Checkpoint base, Checkpoint tuned, Pool pool) {
        this.base = base;
        this.tuned = tuned;
        this.pool = pool;
        this.shapes = pool.select(base.tensors());
        this.others = new Others(base, tuned, pool);
        others.requireSame();
        shapes.keySet().forEach(name -> requireBaseType(base.info(name).dtype(), name));
    }

    private void requireBaseType(DType dtype, String name) {
        if (!TicketTensor.isBaseType(dtype)) {
            throw new LotaException(Text.format(
                    "Tensor '%s' is %s in %s; a ticket's base is F32, BF16 or F16.", name, dtype, base.directory()));
        }
    }

    public Ticket ticket(OptionalDouble sparsity) {
        Map<String, TicketTensor> tensors = new TreeMap<>();
        if (sparsity.isEmpty()) {
            shapes.keySet().forEach(name -> tensors.put(name, changed(name)));
            return new Ticket(info(CHANGED, sparsity), tensors);
        }
        String hex = base.fingerprint().hex();
        Mask mask = TopK.select(this, sparsity.getAsDouble(), Scope.GLOBAL, hex, pool.toString(), Map.of());
        mask.tensors().forEach((name, masked) -> tensors.put(name, chosen(name, masked.trainable())));
        return new Ticket(info(mask.info().scope(), sparsity), tensors);
    }

    private TicketInfo info(String scope, OptionalDouble sparsity) {
        Map<String, String> provenance = new LinkedHashMap<>();
        provenance.put(TicketInfo.SOURCE, "extract");
        provenance.put("tuned", tuned.fingerprint().hex());
        List<String> outside = others.changed(shapes.keySet());
        provenance.put("changed_tensors_outside_pool", Integer.toString(outside.size()));
        if (!outside.isEmpty()) {
            provenance.put("changed_outside_pool", String.join(", ", outside));
        }
        return new TicketInfo(base.fingerprint().hex(), pool.toString(), scope, sparsity, provenance);
    }

    @Override
    public SequencedMap<String, Shape> tensors() {
        return shapes;
    }

    @Override
    public void read(String name, long first, MemorySegment target) {
        differences(name).fill(first, target);
    }

    private Differences differences(String name) {
        Differences last = differences;
        if (last == null || !name.equals(compared)) {
            last = Differences.of(base, name, tuned, others.nameInTuned(name));
            differences = last;
            compared = name;
        }
        return last;
    }

    /// All that differs in a tensor.
    private TicketTensor changed(String name) {
        Differences differences = differences(name);
        long[] marks = differences.marks();
        return tensor(name, IndexSets.ofRanges(marks, Long.SIZE), differences.gather(marks));
    }

    private TicketTensor chosen(String name, RoaringBitmap index) {
        return tensor(name, index, differences(name).gather(index));
    }

    private TicketTensor tensor(String name, RoaringBitmap index, Differences.Gathered gathered) {
        TensorInfo info = base.info(name);
        return new TicketTensor(
                info.shape(), DType.F32, index, gathered.values(), info.dtype(), gathered.baseBits(), gathered.exact());
    }
}
