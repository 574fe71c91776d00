package io.github.tideover.provider.openai;

import io.github.tideover.wire.Json;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonParser;

/**
 * The models a server has.
 *
 * @since 0.1
 */
public final class ModelList {
    private final List<Model> models;

    private ModelList(List<Model> models) {
        this.models = models;
    }

    static ModelList read(JsonParser in) {
        List<Model> models = new ArrayList<>();
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            if (name.equals("data")) {
                Json.eachObject(in, each -> models.add(Model.read(each)));
            } else {
                in.skipChildren();
            }
        }
        return new ModelList(List.copyOf(models));
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
        return "ModelList" + models;
    }

    /**
     * One model.
     *
     * @since 0.1
     */
    public static final class Model {
        private final String id;
        private final String ownedBy;
        private final long created;

        private Model(String id, String ownedBy, long created) {
            this.id = id;
            this.ownedBy = ownedBy;
            this.created = created;
        }

        static Model read(JsonParser in) {
            String id = "";
            String ownedBy = "";
            long created = 0;
            for (String name = in.nextName(); name != null; name = in.nextName()) {
                in.nextToken();
                switch (name) {
                    case "id" -> id = Json.text(in);
                    case "owned_by" -> ownedBy = Json.text(in);
                    case "created" -> created = Json.count(in);
                    default -> in.skipChildren();
                }
            }
            return new Model(id, ownedBy, created);
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
         * Whose model it is.
         *
         * @return the owner, empty if the server did not say
         */
        public String ownedBy() {
            return ownedBy;
        }

        /**
         * When it was made.
         *
         * @return seconds since 1970, 0 if the server did not say
         */
        public long created() {
            return created;
        }

        @Override
        public String toString() {
            return id;
        }
    }
}
