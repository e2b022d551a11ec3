from pydantic import SecretStr

from common.settings import ServiceSettings


class SandboxSettings(ServiceSettings):
    """What the sample shop reads from the environment."""

    # Port on 127.0.0.1.
    sandbox_port: int = 8100
    # PostgreSQL of the shop; its tables are in the schema `shop`.
    shop_database_url: str = ""
    # Address under which customers reach label pages; empty: http://127.0.0.1:<port>.
    shop_public_url: str = ""
    # Who may call: client credentials, or an API key. Empty ones let nobody in.
    commerce_client_id: str = ""
    commerce_client_secret: SecretStr = SecretStr("")
    commerce_api_key: SecretStr = SecretStr("")
    # Verifies who the customer is: the gateway signs with it.
    assertion_secret: SecretStr = SecretStr("")
    # Signs customer tokens, as a shop's login would.
    customer_token_secret: SecretStr = SecretStr("")
    customer_token_audience: str = "aftercare"  # noqa: S105 - an audience, not a secret
    # Where the shop posts its events, and the secret that signs them; empty: nowhere.
    shop_webhook_url: str = ""
    shop_webhook_secret: SecretStr = SecretStr("")
    # Another number makes other background orders; the named customers stay as they are.
    shop_seed: int = 7

    @property
    def public_url(self) -> str:
        return self.shop_public_url.rstrip("/") or f"http://127.0.0.1:{self.sandbox_port}"
