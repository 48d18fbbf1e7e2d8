#include "gateway/api/routes.h"

namespace tt::gateway::api {
namespace {

using enum http::Method;

constexpr Route table[] = {
    {get, "/alarms", list_alarms},
    {post, "/alarms/{id:int}/acknowledge", acknowledge_alarm},
    {post, "/alarms/{id:int}/clear", clear_alarm},
    {get, "/audit", list_audit},
    {post, "/backup", make_backup},
    {post, "/datapoints", import_datapoints},
    {post, "/devices", create_devices},
    {get, "/feeds/{id:int}", read_feed},
    {patch, "/feeds/{id:int}", change_feed},
    {get, "/feeds/{id:int}/history.csv", export_history},
    {post, "/feeds/{id:int}/history.csv", import_history},
    {get, "/feeds/{id:int}/twin", read_twin},
    {patch, "/feeds/{id:int}/twin/desired", patch_desired},
    {patch, "/feeds/{id:int}/twin/reported", patch_reported},
    {get, "/triggers/{id:int}/deliveries", list_deliveries},
    {post, "/triggers/{id:int}/test", test_trigger},
};

}  // namespace

std::span<const Route> routes() { return table; }

}  // namespace tt::gateway::api
