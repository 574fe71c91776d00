// Writes one OpenAPI document, in which every request of ours has the schema that its provider publishes. A field that the schema
// does not name is an error.
import { writeFileSync } from 'node:fs';
import { createGenerator } from 'ts-json-schema-generator';

const requests = {
  ChatCompletionRequest: '/v1/chat/completions',
  ResponseRequest: '/v1/responses',
  MessagesRequest: '/v1/messages',
  GenerateContentRequest: '/v1beta/models/{call}',
};

const generator = createGenerator({
  path: 'requests.ts',
  tsconfig: 'tsconfig.json',
  type: Object.keys(requests),
  jsDoc: 'none',
  skipTypeCheck: true,
});

const schemas = {};
const paths = {};
for (const [type, path] of Object.entries(requests)) {
  // Names such as Partial<Tool> have characters that a reference may not have.
  const text = JSON.stringify(generator.createSchema(type).definitions).replaceAll('#/definitions/', `#/components/schemas/${type}-`);
  for (const [name, schema] of Object.entries(JSON.parse(text))) {
    schemas[`${type}-${name}`] = schema;
  }
  paths[path] = {
    ...(path.includes('{') && { parameters: [{ name: 'call', in: 'path', required: true, schema: { type: 'string' } }] }),
    post: {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: { $ref: `#/components/schemas/${type}-${type}` } } },
      },
      responses: { 200: { description: 'Taken.', content: { 'application/json': { example: {} }, 'text/event-stream': { example: '' } } } },
    },
  };
}

const document = { openapi: '3.1.0', info: { title: 'Requests as their providers publish them', version: '1' }, paths, components: { schemas } };
writeFileSync(process.argv[2], JSON.stringify(document));
