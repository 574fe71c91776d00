package io.github.tideover.examples.drill;

import java.util.List;

/** Writes goals as test results, in the XML of JUnit's reports that build servers read. */
final class JunitReport {
    private JunitReport() {}

    /** The goals of one outage. */
    record Suite(String name, List<Goal> goals) {
        long missed() {
            return goals.stream().filter(goal -> !goal.isMet()).count();
        }
    }

    static String write(List<Suite> suites) {
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
        for (Suite suite : suites) {
            xml.append("  <testsuite name=\"drill.")
                    .append(Markup.escaped(suite.name()))
                    .append("\" tests=\"")
                    .append(suite.goals().size())
                    .append("\" failures=\"")
                    .append(suite.missed())
                    .append("\" errors=\"0\" skipped=\"0\">\n");
            for (Goal goal : suite.goals()) {
                xml.append("    <testcase classname=\"drill.")
                        .append(Markup.escaped(suite.name()))
                        .append("\" name=\"")
                        .append(Markup.escaped(goal.name()))
                        .append("\"");
                if (goal.isMet()) {
                    xml.append("/>\n");
                } else {
                    xml.append("><failure message=\"")
                            .append(Markup.escaped(goal.found()))
                            .append("\"/></testcase>\n");
                }
            }
            xml.append("  </testsuite>\n");
        }
        return xml.append("</testsuites>\n").toString();
    }
}
