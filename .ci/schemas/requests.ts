// The requests of each API, as their providers publish them: OpenAI and Anthropic in the types of their own libraries, which are
// generated from the same descriptions as their references; Google in the types that its library shares with its REST API.
import type {
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionCreateParamsStreaming,
} from 'openai/resources/chat/completions/completions';
import type { ResponseCreateParamsNonStreaming, ResponseCreateParamsStreaming } from 'openai/resources/responses/responses';
import type { MessageCreateParamsNonStreaming, MessageCreateParamsStreaming } from '@anthropic-ai/sdk/resources/messages/messages';
import type { Content, GenerationConfig, SafetySetting, Tool, ToolConfig } from '@google/genai';

export type ChatCompletionRequest = ChatCompletionCreateParamsNonStreaming | ChatCompletionCreateParamsStreaming;
export type ResponseRequest = ResponseCreateParamsNonStreaming | ResponseCreateParamsStreaming;
export type MessagesRequest = MessageCreateParamsNonStreaming | MessageCreateParamsStreaming;

// https://ai.google.dev/api/generate-content#request-body
export interface GenerateContentRequest {
  contents: Content[];
  tools?: Tool[];
  toolConfig?: ToolConfig;
  safetySettings?: SafetySetting[];
  systemInstruction?: Content;
  generationConfig?: GenerationConfig;
  cachedContent?: string;
}
