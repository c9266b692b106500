package io.lota4j.experiment;

/// Hears what runs do, one stage after another.
@FunctionalInterface
public interface Stages {
    /// Hears nothing.
    Stages NONE = what -> new Stage() {
        @Override
        public void at(long done, long all, double tokensPerSecond, double loss) {
            // Nobody asked.
        }

        @Override
        public void close() {
            // Nothing was opened.
        }
    };

    /// A stage begins; it ends when what is returned is closed.
    Stage begin(String what);

    /// One stage.
    interface Stage extends AutoCloseable {
        /// @param done of `all`, in steps or examples
        /// @param tokensPerSecond NaN when not known
        /// @param loss NaN when there is none
        void at(long done, long all, double tokensPerSecond, double loss);

        /// Hears of what may be wrong with a training, which goes on.
        ///
        /// @param sentence for people
        default void warn(String sentence) {
            // Who does not listen is not told.
        }

        @Override
        void close();
    }
}
