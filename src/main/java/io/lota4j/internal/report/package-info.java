/// What an experiment found, as one HTML page that needs nothing else, and as Markdown.
///
/// [Report] reads the directories that runs left; each class named `…Section` makes one part of the page, which is
/// left out if there is nothing to show. [Element] and [Svg] are the markup, [Scale] and [Plot] the axes.
@NullMarked
package io.lota4j.internal.report;

import org.jspecify.annotations.NullMarked;
