#pragma once

// The document formats of the Xively API and how a request names them.
//
// "The suffix beats Accept": /v2/feeds/504.csv is CSV both ways, whatever the headers say.

#include <optional>
#include <string>
#include <string_view>

namespace tt::gateway::xively {

enum class Format { json, csv, xml, png };

std::string_view content_type_of(Format format);

// Of the document that says what went wrong: the wanted one, or JSON if that is a picture.
Format error_format(Format wanted);

// Takes ".json", ".csv", ".xml" or ".png" off the end of `text`; nullopt if there is none.
std::optional<Format> take_suffix(std::string_view& text);

// By media type ("text/csv; charset=utf-8"); nullopt for others.
std::optional<Format> format_of_media_type(std::string_view media_type);

// The first format that an Accept header names; nullopt if it names none of ours.
std::optional<Format> format_of_accept(std::string_view accept);

}  // namespace tt::gateway::xively
