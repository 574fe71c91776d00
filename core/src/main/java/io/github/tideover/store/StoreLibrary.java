package io.github.tideover.store;

/** The library that files are kept with: an application has it only if it keeps something on disk. Refers to none of its types. */
public final class StoreLibrary {
    private static final String CLASS = "org.h2.mvstore.MVStore";

    private StoreLibrary() {}

    /**
     * Checks that it is there, before a class is loaded that needs it.
     *
     * @param title what needs it, such as {@code "the reply cache"}
     * @throws IllegalStateException if it is not; says what to add
     */
    public static void check(String title) {
        try {
            Class.forName(CLASS, false, StoreLibrary.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(
                    title
                            + " on disk needs H2's MVStore; add the dependency com.h2database:h2-mvstore, whose version is in"
                            + " tideover-bom (com.h2database:h2 has it as well, but not on the module path)",
                    e);
        }
    }
}
