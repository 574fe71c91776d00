package io.github.tideover.wire;

import static java.util.regex.Pattern.CASE_INSENSITIVE;

import java.util.regex.Pattern;

/**
 * The codes and sentences by which providers name what is wrong. Codes are matched whole, in small letters and with
 * {@code _} for {@code -}. Sentences are looked for only beside a status that leaves the matter open. One that beside
 * HTTP 400 decides more than the length of the conversation must open the message: further in, it may be the user's.
 */
final class ErrorWords {
    static final Pattern BLOCKED_CODE = code("content_filter|((image_)?content|bio|cyber)_policy(_violation)?|refusal"
            + "|responsibleaipolicyviolation|moderation_blocked|data_?inspection_?failed"
            // Volcengine's: https://www.volcengine.com/docs/82379/1299023.
            + "|((in|out)put[a-z]*)?sensitivecontentdetected(\\..*)?|(in|out)put[a-z]*riskdetection");
    /**
     * OpenAI's code for a prompt that its policy stops, and OpenRouter's for any that is not valid, too long for instance: only the
     * words beside it tell which.
     *
     * @see <a href="https://openrouter.ai/docs/api/reference/responses/error-handling">OpenRouter's errors</a>
     */
    static final Pattern PROMPT_CODE = code("invalid_prompt");

    static final Pattern PROMPT_BLOCKED = words(
            "\\bflagged\\b|\\b(usage|content|safety) polic(y|ies)\\b|\\bsafety reasons\\b|limited access to this content");
    /** DeepSeek, Anthropic, Cohere, LiteLLM, Azure and Zhipu, who leave it at HTTP 400 and no code of its own. */
    static final Pattern BLOCKED_FIRST = words("^content exists risk|^output blocked by content filtering policy"
            + "|^blocked (in|out)put\\b|^litellm\\.contentpolicyviolationerror"
            + "|^the response was filtered due to the prompt triggering"
            // "The system detected", in Chinese as well.
            + "|^system detected potentially unsafe or sensitive content|^\u7cfb\u7edf\u68c0\u6d4b\u5230");

    static final Pattern BLOCKED = words("\\bflagged\\b|violates usage guidelines");

    static final Pattern TOO_LONG_CODE =
            code("context_length_exceeded|exceed_context_size_error|tokens_limit_reached|request_too_large");
    static final Pattern TOO_LONG = words("maximum (context|prompt) length|(prompt|input) (is )?too long|context window"
            + "|exceed(s|ed)? (the |max )?(context|model token) (limit|length|size)|input token count|too many tokens"
            + "|(prompt|input) exceeds max(imum)? length"
            + "|reduce the length of the (messages|prompt|input)|range of input length|available context size"
            + "|maximum model length|context length (is|of) only|greater than the context length"
            + "|`?inputs`? tokens \\+ `?max_new_tokens`? must be|context size has been exceeded"
            + "|longer than the model's context length|`?inputs`? must have less than \\d{1,9} tokens"
            + "|maximum supported sequence length|prompt token count \\+ `?max_tokens`? cannot exceed"
            + "|\\b(prompt|input) (tokens?|(token )?length)\\b(?! per )[^.]{0,40} exceeds? the (max|limit)"
            + "|exceed max message tokens|^request payload size exceeds the limit"
            + "|^max tokens of \\d{1,9} exceeded|^the long context beta is not yet available");
    /** Servers on one's own machine call it their fault, Anthropic a matter of the plan. */
    static final Pattern TOO_LONG_FIRST = words("^context size has been exceeded"
            + "|^(the )?(request|input) (exceeds|is larger than) the available context size"
            + "|^input is too large to process"
            + "|^extra usage is required for long context");

    /** A single request above a limit that is counted by the minute. */
    static final Pattern LARGER_THAN_A_LIMIT = words("^request too large for");

    static final Pattern OUT_OF_CREDIT_CODE =
            code("insufficient_?(quota|balance|credits)|billing_(error|not_active|hard_limit_reached)"
                    + "|credit_balance_exhausted|.*_spend_limit_(exceeded|reached)"
                    + "|organization_usage_limit_exceeded|exceeded_current_quota_error|payment_required|blocked_api_access"
                    + "|arrearage|allocationquota\\.freetieronly|budget_exceeded|billing_disabled|accountoverdueerror"
                    + "|openrouter_(credits|key_limit|guardrail_budget|workspace_budget)");
    /** OpenRouter's HTTP 402 that a wait lifts: what is under way may cost as much as there is. */
    static final Pattern CREDIT_UNDER_WAY_CODE = code("openrouter_in_flight_budget");

    static final Pattern OUT_OF_CREDIT_FIRST = words(
            "^(your )?credit balance is too low|^insufficient balance"
                    + "|^you have reached your specified api usage limits|^you're out of extra usage|^budget has been exceeded");
    static final Pattern OUT_OF_CREDIT = words(
            "prepayment credits are depleted|(used all available|run out of) credits"
                    + "|doesn't have any credits|insufficient (balance|credits)|monthly spending (limit|cap)|key limit exceeded"
                    + "|account \\S{1,100} is suspended|out of call volume quota|trial key, which is limited to \\S{1,20} api calls / month");
    /** OpenAI says so when the money is gone, Gemini when a minute's limit is reached. */
    static final Pattern OVER_SOME_QUOTA = words("exceeded your current quota, please check your plan");

    /** How Google, Bedrock and Cloudflare name a limit that a wait does not lift before the day is over, whatever wait is asked for. */
    static final Pattern OVER_DAILY_QUOTA = words("^[a-z]+PerDay[a-z-]*$|^too many tokens per day"
            + "|^(aierror: )?you have used up your daily free allocation");

    static final Pattern OVERLOADED_CODE = code(
            "(engine_|model_|provider_)?overloaded(_error)?|server_is_overloaded"
                    + "|temporary_reduced_capacity|capacity_exceeded|nocapacity|resource_unavailable|queue_exceeded|serveroverloaded");
    static final Pattern OVERLOADED = words("\\boverloaded\\b|\\b(over|at) capacity\\b|flex tier capacity exceeded"
            + "|capacity temporarily exceeded|experiencing high (demand|traffic)|(service|server) (is )?(too )?busy|due to system capacity limits"
            + "|^model is not ready for inference|worker local total request limit reached");

    static final Pattern THROTTLED_CODE =
            code("rate_?limit(_error|_exceeded|ed|reached)|slow_down|resource_exhausted|too_?many_?requests"
                    + "|throttl(ed|ing)(exception|_error|\\..*)?|dynamic_(request|token)_limited");
    static final Pattern RESOURCE_EXHAUSTED_CODE = code("resource_exhausted");
    static final Pattern THROTTLED = words("\\brate[ -]?limit|too many requests");

    /**
     * How long to wait, in the sentence: OpenAI's and Groq's {@code try again in 1m30.5s}, Azure's {@code retry after 26
     * seconds}, Gemini's {@code retry in 48.9s}.
     */
    static final Pattern TRY_AGAIN = words("\\b(?:try again|retry) (?:in|after) "
            + "(?:((?:\\d{1,9}(?:\\.\\d{1,9})?(?:ms|s|m|h)){1,4})\\b|(\\d{1,9}) (second|minute)s?\\b)");

    static final Pattern FORBIDDEN_CODE =
            code("unsupported_country(_region_territory)?|organization_restricted|ip_not_authorized");
    static final Pattern FORBIDDEN_FIRST = words(
            "^user location is not supported|^gemini api free tier is not available|^country, region,? or territory"
                    + "|^this organization has been disabled"
                    + "|^access to \\S{1,40} models is not allowed from unsupported countries");
    static final Pattern FORBIDDEN = words("not (available|supported) in your (country|region)|banned the country"
            + "|country, region,? or territory( is)? not supported|^request not allowed"
            + "|^access denied due to virtual network|^public access is disabled"
            + "|^access denied\\. please check your network settings|^traffic is not from an approved private endpoint"
            + "|^source ip address: \\S{1,60} is blocked"
            + "|^the request is prohibited due to a violation of provider terms of service");

    static final Pattern BAD_KEY_CODE = code("invalid_(x_)?api_key|api_key_(invalid|expired)|account_deactivated"
            + "|invalid_authentication(_error)?|authentication_error|unauthenticated"
            // Amazon's.
            + "|(unrecognizedclient|expiredtoken|invalidsignature)(exception)?");
    static final Pattern BAD_KEY_FIRST = words(
            "^(incorrect|invalid|wrong|missing) (x-)?api[ -]key"
                    + "|^api[ -]key (is )?(not valid|not found|invalid|expired|missing)|^missing or invalid authorization header");

    static final Pattern NO_SUCH_MODEL_CODE = code(
            "model_not_(found|available|supported)|(invalid|unknown|unavailable)_model|model_(decommissioned|deprecated)"
                    + "|deploymentnotfound|endpoint_not_found|model\\.accessdenied|[a-z]+_model_access_denied"
                    + "|model_permission_blocked.*|model_terms_required");
    static final Pattern NO_SUCH_MODEL_FIRST = words(
            "^(the )?(requested )?model \\S{1,100} (does not exist|is not|is unavailable|was not|not found|has been)"
                    + "|^(invalid model|unknown model|model not (exist|found)|no access to model)|^the \\S{1,40} operation does not work with the specified model"
                    + "|^\\S{1,100} is not a valid model|^no models loaded|^(aierror: )?no such model"
                    + "|^you are not allowed to sample from this model|^this model requires a subscription"
                    + "|^(\\S{1,60}: )?(unexpected model name format|invalid model name passed in)"
                    // Bedrock, and OpenAI of a model that it keeps for organizations that it knows.
                    + "|^the provided model identifier is invalid|^invocation of model id \\S{1,100} with on-demand throughput"
                    + "|^you don't have access to the model with the specified model id|^your organization must be verified to"
                    // Databricks, of a model that the account may not ask at all.
                    + "|^(permission_denied: )?the endpoint is temporarily disabled due to a databricks-set rate limit of 0");
    static final Pattern NO_SUCH_MODEL = words("\\bmodel\\b|^models/|\\bdeployment\\b|^no endpoints found"
            + "|^function \\S{1,60}: not found for account");

    static final Pattern MAINTENANCE_CODE = code(".*maintenance.*");
    static final Pattern MAINTENANCE =
            words("(scheduled|planned|under|undergoing|for|in) maintenance|maintenance (mode|window|in progress)");

    /** LM Studio and NVIDIA say so with HTTP 400; the request has no part in it. */
    static final Pattern MODEL_CRASHED_FIRST =
            words("^(the )?model (has )?(unloaded|crashed)|^channel error|^function id \\S{1,60}: degraded function");

    /**
     * What Groq says with HTTP 400 of an answer that its model wrote and it cannot use: the same request mostly goes well.
     *
     * @see <a href="https://console.groq.com/docs/tool-use">Groq's tool use, on failed tool calls</a>
     */
    static final Pattern UNUSABLE_ANSWER_CODE = code("tool_use_failed|json_validate_failed|output_parse_failed");

    /** LM Studio to a path that it does not have, with HTTP 200. */
    static final Pattern NO_SUCH_PATH_FIRST = words("^unexpected endpoint or method");

    /** These name no more than "our fault", so a status that says more comes before them. */
    static final Pattern PROVIDER_CODE = code("api_error|(internal_)?server_error|internal_error");

    /**
     * Cloudflare's plain page for a request that its firewall stops, and the title of its answer in JSON.
     *
     * @see <a href="https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/">errors
     *     from 1000 to 1999</a>
     */
    static final Pattern STOPPED_BY_FIREWALL = words("^error code: 10\\d\\d$|^error 10\\d\\d: ");

    private ErrorWords() {}

    private static Pattern code(String regex) {
        return Pattern.compile(regex);
    }

    private static Pattern words(String regex) {
        return Pattern.compile(regex, CASE_INSENSITIVE);
    }
}
