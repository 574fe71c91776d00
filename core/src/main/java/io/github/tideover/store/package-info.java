/**
 * Files that keep what must outlast the process: opened by one process at a time, set aside if they are damaged, with records
 * that show when a byte of them was changed and that are encrypted on request.
 *
 * <p>Not exported by the module: nothing here is for applications. Imports nothing of ours; what keeps something on disk
 * imports it. Needs H2's MVStore, which an application adds if it keeps something on disk.
 */
@NullMarked
package io.github.tideover.store;

import org.jspecify.annotations.NullMarked;
