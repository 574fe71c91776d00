/** An application in a module of its own; the first of its two runs ignores that, as the class path does. */
module com.example.consumer {
    requires io.github.tideover;
    requires jdk.httpserver;

    opens com.example to
            tools.jackson.databind;
}
