package io.lota4j.internal.merge.source;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Elements;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.internal.mask.IndexBits;
import io.lota4j.internal.merge.ModelTensor;
import java.util.Optional;

/// What an adapter has for one tensor of its base.
interface AdapterPart {
    /// The tensor's shape; empty when only the base knows it.
    Optional<Shape> shape();

    /// A sentence when it cannot be put on a tensor of this shape.
    Optional<String> misfit(Shape base);

    /// Whether it must be given the base's weights.
    default boolean rewrites() {
        return false;
    }

    /// Whether it needs nothing of the base: it brings all the weights.
    default boolean standsAlone() {
        return false;
    }

    /// Reads what is needed.
    ///
    /// @param shape one that fits
    /// @param base the base's weights, present where it rewrites them
    /// @throws io.lota4j.LotaException when the content is bad
    ModelTensor on(Shape shape, Optional<ModelTensor.Weights> base);

    /// A change of weights that the adapter brings itself, as PEFT saves an embedding that was resized or targeted.
    record RebasedPart(WholePart base, AdapterPart change) implements AdapterPart {
        @Override
        public Optional<Shape> shape() {
            return base.shape();
        }

        @Override
        public Optional<String> misfit(Shape shape) {
            return base.misfit(shape).or(() -> change.misfit(shape));
        }

        @Override
        public boolean standsAlone() {
            return true;
        }

        @Override
        public ModelTensor on(Shape shape, Optional<ModelTensor.Weights> unused) {
            ModelTensor.Weights own = base.on(shape, unused);
            return ChangedWeights.of(own, change.on(shape, Optional.of(own)));
        }
    }

    /// DoRA ([arXiv 2402.09353](https://arxiv.org/abs/2402.09353)): `m / |W + D| * (W + D)`, where `D` is the low-rank
    /// delta and `m` and the norm have one value for each output of the module.
    ///
    /// @param magnitude name of the parameter `m`
    record DoraPart(LowRankPart lowRank, String magnitude) implements AdapterPart {
        /// @throws LotaException when the magnitudes are missing or not as many as the outputs
        static DoraPart of(LowRankPart lowRank, String magnitude) {
            lowRank.module().requireShape(magnitude, Shape.of(lowRank.outputs()), "one for each output");
            return new DoraPart(lowRank, magnitude);
        }

        @Override
        public Optional<Shape> shape() {
            return lowRank.shape();
        }

        @Override
        public Optional<String> misfit(Shape base) {
            return lowRank.misfit(base);
        }

        @Override
        public boolean rewrites() {
            return true;
        }

        @Override
        public ModelTensor.Weights on(Shape shape, Optional<ModelTensor.Weights> base) {
            ModelTensor.Weights weights = base.orElseThrow(() -> new LotaException(Text.format(
                    "%s: DoRA computes new weights from the base's, so the base must be given.",
                    lowRank.module().where(magnitude))));
            return new RescaledWeights(
                    ChangedWeights.of(weights, lowRank.on(shape, base)),
                    lowRank.module().values(magnitude),
                    lowRank.transposed());
        }
    }

    /// A sparse and a low-rank delta of one tensor.
    record SumPart(SparsePart sparse, LowRankPart lowRank) implements AdapterPart {
        @Override
        public Optional<Shape> shape() {
            return lowRank.shape();
        }

        @Override
        public Optional<String> misfit(Shape base) {
            return lowRank.misfit(base).or(() -> sparse.misfit(base));
        }

        @Override
        public ModelTensor on(Shape shape, Optional<ModelTensor.Weights> base) {
            return new Sum(sparse.on(shape, base), lowRank.on(shape, base));
        }

        private record Sum(ModelTensor.Delta first, ModelTensor.Delta second) implements ModelTensor.Delta {
            @Override
            public Shape shape() {
                return first.shape();
            }

            @Override
            public Optional<IndexBits> support() {
                return Optional.empty();
            }

            @Override
            public void read(long from, int count, float[] into) {
                first.read(from, count, into);
                float[] added = new float[count];
                second.read(from, count, added);
                for (int i = 0; i < count; i++) {
                    into[i] += added[i];
                }
            }
        }
    }

    /// A tensor that an adapter brings whole: it takes the place of the base's.
    record WholePart(SafetensorsFile file, TensorInfo info) implements AdapterPart {
        /// @throws LotaException when it holds no floats
        public WholePart {
            if (!info.dtype().isFloat()) {
                throw new LotaException(Text.format(
                        "%s: tensor '%s' must be F32, BF16, F16 or F64, but is %s.",
                        file.path(), info.name(), info.dtype()));
            }
        }

        @Override
        public Optional<Shape> shape() {
            return Optional.of(info.shape());
        }

        @Override
        public Optional<String> misfit(Shape base) {
            return Misfit.of(file.path(), info.name(), base, info.shape());
        }

        @Override
        public boolean standsAlone() {
            return true;
        }

        @Override
        public ModelTensor.Weights on(Shape shape, Optional<ModelTensor.Weights> base) {
            return new StoredWeights(info.shape(), new Elements(info.dtype(), file.bytes(info.name())));
        }
    }
}
