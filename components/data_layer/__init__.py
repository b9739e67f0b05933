"""DataLayer: every store of the stack. It waits for keys and network, never for the cluster."""

from components.data_layer.buckets import Bucket, BucketsSettings
from components.data_layer.cache import Cache, CacheSettings, CacheUser, login_secret
from components.data_layer.component import DataLayer
from components.data_layer.database import Database
from components.data_layer.mysql import MysqlDatabase, MysqlService, MysqlSettings
from components.data_layer.registry import RegistrySettings
from components.data_layer.secrets import SecretSettings
from components.data_layer.settings import DataLayerSettings, check
from components.data_layer.stores import Store, StoreRecord
from components.data_layer.tables import TableSettings

__all__ = [
    "Bucket",
    "BucketsSettings",
    "Cache",
    "CacheSettings",
    "CacheUser",
    "DataLayer",
    "DataLayerSettings",
    "Database",
    "MysqlDatabase",
    "MysqlService",
    "MysqlSettings",
    "RegistrySettings",
    "SecretSettings",
    "Store",
    "StoreRecord",
    "TableSettings",
    "check",
    "login_secret",
]
