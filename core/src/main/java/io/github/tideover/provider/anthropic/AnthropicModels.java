package io.github.tideover.provider.anthropic;

import io.github.tideover.wire.Json;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonParser;

/**
 * The models a server has.
 *
 * @since 0.1
 */
public final class AnthropicModels {
    private final List<Model> models;

    private AnthropicModels(List<Model> models) {
        this.models = models;
    }

    static AnthropicModels read(JsonParser in) {
        List<Model> models = new ArrayList<>();
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            if (name.equals("data")) {
                Json.eachObject(in, each -> models.add(Model.read(each)));
            } else {
                in.skipChildren();
            }
        }
        return new AnthropicModels(List.copyOf(models));
    }

    /**
     * The models, in the server's order.
     *
     * @return an unmodifiable list
     */
    public List<Model> models() {
        return models;
    }

    @Override
    public String toString() {
        return "AnthropicModels" + models;
    }

    /**
     * One model.
     *
     * @since 0.1
     */
    public static final class Model {
        private final String id;
        private final String displayName;
        private final long maxOutputTokens;

        private Model(String id, String displayName, long maxOutputTokens) {
            this.id = id;
            this.displayName = displayName;
            this.maxOutputTokens = maxOutputTokens;
        }

        static Model read(JsonParser in) {
            String id = "";
            String displayName = "";
            long maxOutputTokens = 0;
            for (String name = in.nextName(); name != null; name = in.nextName()) {
                in.nextToken();
                switch (name) {
                    case "id" -> id = Json.text(in);
                    case "display_name" -> displayName = Json.text(in);
                    case "max_tokens" -> maxOutputTokens = Json.count(in);
                    default -> in.skipChildren();
                }
            }
            return new Model(id, displayName, maxOutputTokens);
        }

        /**
         * The name to ask for it by.
         *
         * @return the name
         */
        public String id() {
            return id;
        }

        /**
         * Its name for people.
         *
         * @return the name, empty if the server did not say
         */
        public String displayName() {
            return displayName;
        }

        /**
         * The highest token limit that a request for it may have.
         *
         * @return the limit, 0 if the server did not say
         */
        public long maxOutputTokens() {
            return maxOutputTokens;
        }

        @Override
        public String toString() {
            return id;
        }
    }
}
